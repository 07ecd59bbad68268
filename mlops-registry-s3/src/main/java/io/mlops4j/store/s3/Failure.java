package io.mlops4j.store.s3;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.Set;
import javax.net.ssl.SSLHandshakeException;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** What a failed request says about the state behind it. */
enum Failure {
    /** 412: a condition did not hold. */
    UNMET,
    /** 409: another operation is under way, and nothing is settled. */
    CONTENDED,
    /** 404: no such thing. */
    ABSENT,
    /** The server will not do it, now or later. */
    REFUSED,
    /** The request never got to the server. */
    UNSENT,
    /** The request may have been carried out, or may yet be: its reply is lost, or says as much. */
    UNCLEAR;

    /** Codes of 400 that speak of this one transmission, not of the request. */
    private static final Set<String> DAMAGED = Set.of(
            "RequestTimeout",
            "BadDigest",
            "IncompleteBody",
            "XAmzContentSHA256Mismatch",
            "XAmzContentChecksumMismatch");

    static Failure of(SdkException e) {
        return e instanceof AwsServiceException answer ? of(answer) : wasSent(e) ? UNCLEAR : UNSENT;
    }

    private static Failure of(AwsServiceException answer) {
        return switch (answer.statusCode()) {
            case 412 -> UNMET;
            case 409 -> CONTENDED;
            case 404 -> ABSENT;
            case 408, 429 -> UNCLEAR;
            case 400 -> DAMAGED.contains(S3Errors.code(answer)) ? UNCLEAR : REFUSED;
            case 501 -> REFUSED;
            default -> answer.statusCode() >= 300 && answer.statusCode() < 500 ? REFUSED : UNCLEAR;
        };
    }

    /** Only what fails while connecting is known not to have been sent. */
    private static boolean wasSent(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConnectException
                    || cause instanceof UnknownHostException
                    || cause instanceof NoRouteToHostException
                    || cause instanceof SSLHandshakeException) {
                return false;
            }
        }
        return true;
    }

    /** Whether the same request may fare better a moment later. */
    boolean isWorthRepeating() {
        return this == UNCLEAR || this == UNSENT || this == CONTENDED;
    }
}
