package io.mlops4j.store.s3;

import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.StorageException;
import io.mlops4j.internal.Text;
import java.util.Map;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** Says what failed in words that tell what to do about it. */
final class S3Errors {
    private static final String DENIED =
            "these credentials may not do this: expected s3:GetObject, s3:PutObject and s3:ListBucket";
    private static final String UNKNOWN_KEY = "the server does not accept these credentials";
    private static final String REGION = "the bucket is in another region";
    private static final String CLOCK = "the clock of this machine differs from the server's by too much";

    /** What the commonest refusals mean; for the rest, the server's own words must do. */
    private static final Map<String, String> ADVICE = Map.ofEntries(
            Map.entry("AccessDenied", DENIED),
            Map.entry("Forbidden", DENIED),
            Map.entry("AllAccessDisabled", DENIED),
            Map.entry("InvalidAccessKeyId", UNKNOWN_KEY),
            Map.entry("SignatureDoesNotMatch", UNKNOWN_KEY),
            Map.entry("InvalidToken", UNKNOWN_KEY),
            Map.entry("ExpiredToken", "the credentials have expired"),
            Map.entry("TokenRefreshRequired", "the credentials have expired"),
            Map.entry("NoSuchBucket", "there is no such bucket"),
            Map.entry("PermanentRedirect", REGION),
            Map.entry("TemporaryRedirect", REGION),
            Map.entry("AuthorizationHeaderMalformed", REGION),
            Map.entry("IllegalLocationConstraintException", REGION),
            Map.entry("RequestTimeTooSkewed", CLOCK),
            Map.entry("NotImplemented", "the server does not know a part of S3's protocol that is needed"));

    private S3Errors() {}

    /** Nothing was written, or nothing could be read. */
    static StorageException failed(String act, Connection connection, SdkException e) {
        return new StorageException(act + " in " + connection.where() + ": " + describe(e), e);
    }

    /** A write may have landed. */
    static OutcomeUnknownException unknown(String act, Connection connection, SdkException e) {
        return new OutcomeUnknownException(
                act + " in " + connection.where() + " may have been done, or may yet be: " + describe(e)
                        + "; read it again later",
                e);
    }

    /** An earlier attempt of a write may have landed; a later one could not be made. */
    static OutcomeUnknownException unknown(String act, Connection connection, StorageException e) {
        return new OutcomeUnknownException(
                act + " in " + connection.where() + " may have been done, or may yet be, and cannot be tried again: "
                        + e.getMessage() + "; read it again later",
                e);
    }

    private static String describe(SdkException e) {
        if (!(e instanceof AwsServiceException answer)) {
            return Failure.of(e) == Failure.UNSENT
                    ? "the server cannot be reached (" + Text.quote(String.valueOf(e.getMessage())) + ")"
                    : "no reply (" + Text.quote(String.valueOf(e.getMessage())) + ")";
        }
        var text = new StringBuilder(advice(answer)).append(" (status ").append(answer.statusCode());
        if (!code(answer).isEmpty()) {
            text.append(' ').append(Text.quote(code(answer)));
        }
        AwsErrorDetails details = answer.awsErrorDetails();
        if (details != null && details.errorMessage() != null) {
            text.append(", ").append(Text.quote(details.errorMessage()));
        }
        redirectedTo(answer, text);
        return text.append(')').toString();
    }

    private static void redirectedTo(AwsServiceException answer, StringBuilder text) {
        AwsErrorDetails details = answer.awsErrorDetails();
        if (details != null && details.sdkHttpResponse() != null) {
            details.sdkHttpResponse()
                    .firstMatchingHeader("x-amz-bucket-region")
                    .filter(region -> advice(answer).equals(REGION))
                    .ifPresent(region -> text.append(", expected region ").append(Text.quote(region)));
        }
    }

    private static String advice(AwsServiceException answer) {
        String known = ADVICE.get(code(answer));
        if (known != null) {
            return known;
        }
        return switch (answer.statusCode()) {
            case 301, 307 -> REGION;
            case 401 -> UNKNOWN_KEY;
            // The answer to HEAD has no body to say why.
            case 403 -> DENIED + ", or else " + CLOCK + ", or " + UNKNOWN_KEY;
            case 404 -> "there is no such thing";
            case 409 -> "other operations on this key are under way, and it is not settled";
            case 412 -> "a condition on it does not hold";
            case 429, 503 -> "the server is overloaded";
            default ->
                answer.statusCode() >= 500 || answer.statusCode() < 300 ? "the server failed" : "the server refused";
        };
    }

    /** The server's code for an error; empty if it gave none. */
    static String code(AwsServiceException answer) {
        AwsErrorDetails details = answer.awsErrorDetails();
        return details == null || details.errorCode() == null ? "" : details.errorCode();
    }
}
