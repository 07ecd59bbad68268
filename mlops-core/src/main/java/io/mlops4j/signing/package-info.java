/**
 * Signatures of models: who vouches for these bytes.
 *
 * <p>The format is OpenSSF Model Signing v1.0 with bare elliptic-curve keys, as the reference implementation
 * ({@code model_signing sign key}) writes and verifies it: a Sigstore bundle around a DSSE envelope around an in-toto
 * statement that lists every file of a model by SHA-256. All cryptography is the JDK's.
 *
 * <pre>{@code
 * var key = SigningKey.parse(Files.readString(Path.of("release.pem")));
 * SignatureBundle bundle = SignatureBundle.sign("rides", Map.of("model.onnx", digest), key);
 *
 * SignedManifest manifest = bundle.verify(TrustedKeys.parse(Files.readString(Path.of("trusted.pem"))));
 * manifest.requireFiles("rides:3", files);
 * }</pre>
 *
 * <p>A bundle is hostile until verified: it is bounded in size, read strictly, and its statement is not even parsed
 * before a trusted key was found to have signed it. Whatever is wrong with it, broken, forged, or by a stranger, ends in
 * one {@link io.mlops4j.RejectedModelException}, as a caller acts the same on all of it: the model is not used. Malformed
 * keys are a {@link io.mlops4j.RejectedInputException}.
 */
@NullMarked
package io.mlops4j.signing;

import org.jspecify.annotations.NullMarked;
