package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.Text;
import io.mlops4j.model.Value;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A question to a model, and how it is to be treated.
 *
 * <pre>{@code
 * server.predict(rides, Request.of(inputs).within(Duration.ofMillis(50)).tenant("mobile"));
 * }</pre>
 *
 * <p>Immutable.
 */
public final class Request {
    /** The tenant of requests that name none. */
    public static final String DEFAULT_TENANT = "default";

    /** How what is no request is treated: a row that is scored. */
    static final Request PLAIN = Request.of(Map.of());

    private static final int MAX_NAME = 128;

    private final Map<String, Value> inputs;
    private final Optional<Duration> timeout;
    private final Priority priority;
    private final String tenant;
    private final Optional<String> key;
    private final Optional<VersionPolicy> policy;

    private Request(
            Map<String, Value> inputs,
            Optional<Duration> timeout,
            Priority priority,
            String tenant,
            Optional<String> key,
            Optional<VersionPolicy> policy) {
        this.inputs = inputs;
        this.timeout = timeout;
        this.priority = priority;
        this.tenant = tenant;
        this.key = key;
        this.policy = policy;
    }

    /**
     * A request without a time-out, of normal priority.
     *
     * @param inputs a value for each input of the model, by name; copied
     * @return the request
     */
    public static Request of(Map<String, Value> inputs) {
        return new Request(
                Collections.unmodifiableMap(new LinkedHashMap<>(inputs)),
                Optional.empty(),
                Priority.NORMAL,
                DEFAULT_TENANT,
                Optional.empty(),
                Optional.empty());
    }

    /**
     * Sets how long the caller will wait, from the moment the server is asked. When that time is over the request ends
     * with a {@link DeadlineExceededException}, and a run that works for nobody else is stopped, if it can be; an answer
     * that comes later is not given.
     *
     * <p>Who submits a request hears of it at that time, whatever the model does. So does who waits for the answer of a
     * request that has to queue (batching, {@link Overload}). If it need not, or there is no queue, the model runs on the
     * caller's own thread, which is free only when the run has ended or stopped: ONNX Runtime stops between two operators of
     * a graph and not within one, so the caller waits as much longer as the operator takes that runs then; compiled trees
     * stop within 256 rows. Submit what must not wait for that.
     *
     * @param time more than zero
     * @return a request with it
     * @throws IllegalArgumentException if zero or negative
     */
    public Request within(Duration time) {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("Invalid time-out " + time + ": expected more than zero");
        }
        return new Request(inputs, Optional.of(time), priority, tenant, key, policy);
    }

    /**
     * Sets who goes first when the model is busy. It counts where requests queue for a model ({@link Batching},
     * {@link Overload}); without a queue it has no effect.
     *
     * @param value the priority
     * @return a request with it
     */
    public Request priority(Priority value) {
        return new Request(inputs, timeout, requireNonNull(value, "value"), tenant, key, policy);
    }

    /**
     * Sets whom the request is for: a busy model's time is shared fairly between tenants. It counts where requests queue for
     * a model ({@link Batching}, {@link Overload}); without a queue it has no effect.
     *
     * @param name 1 to 128 characters
     * @return a request with it
     * @throws IllegalArgumentException if the name is empty or too long
     */
    public Request tenant(String name) {
        return new Request(inputs, timeout, priority, check("tenant", name), key, policy);
    }

    /**
     * Sets the key by which a rollout decides which version answers: the same key gets the same version.
     *
     * @param value 1 to 128 characters, such as a user's id
     * @return a request with it
     * @throws IllegalArgumentException if the key is empty or too long
     */
    public Request key(String value) {
        return new Request(inputs, timeout, priority, tenant, Optional.of(check("key", value)), policy);
    }

    /**
     * Names which of the versions that are served is to answer. Such a request takes no part in a rollout.
     *
     * @param which a policy that the server serves the model by, or the number of any version that one of them means
     * @return a request with it
     */
    public Request by(VersionPolicy which) {
        return new Request(inputs, timeout, priority, tenant, key, Optional.of(which));
    }

    private static String check(String what, String text) {
        if (text.isEmpty() || text.length() > MAX_NAME) {
            throw new IllegalArgumentException("Invalid " + what + " " + Text.quote(text)
                    + " of a request: expected 1 to " + MAX_NAME + " characters");
        }
        return text;
    }

    /** The same request, but for the version that it names. */
    Request naming(Optional<VersionPolicy> which) {
        return new Request(inputs, timeout, priority, tenant, key, which);
    }

    /** The same request, but for its inputs. */
    Request asking(Map<String, Value> others) {
        return new Request(others, timeout, priority, tenant, key, policy);
    }

    /**
     * The inputs.
     *
     * @return a value for each input, by name
     */
    public Map<String, Value> inputs() {
        return inputs;
    }

    /**
     * How long the caller will wait.
     *
     * @return from the moment the server is asked; empty means for as long as it takes
     */
    public Optional<Duration> timeout() {
        return timeout;
    }

    /**
     * Who goes first.
     *
     * @return the priority
     */
    public Priority priority() {
        return priority;
    }

    /**
     * Whom the request is for.
     *
     * @return the tenant's name
     */
    public String tenant() {
        return tenant;
    }

    /**
     * The key for rollouts.
     *
     * @return the key, or empty
     */
    public Optional<String> key() {
        return key;
    }

    /**
     * Which version is to answer.
     *
     * @return the policy, or empty to let the server choose
     */
    public Optional<VersionPolicy> policy() {
        return policy;
    }
}
