/**
 * Care for a store: {@link io.mlops4j.care.Care#verify() verify} reads everything and says exactly what is broken and
 * who relies on it; {@link io.mlops4j.care.Care#quarantine quarantine} puts corrupt blobs aside, so that publishing them
 * again heals them; {@link io.mlops4j.care.GarbageCollector} deletes blobs that nothing refers to any more. All of it
 * works on any {@link io.mlops4j.store.ObjectStore}, while others read and write.
 *
 * <pre>{@code
 * try (var home = Workspace.open(Path.of("mlops"))) {
 *     VerifyReport report = home.care().verify(progress -> bar.show(progress.items(), progress.totalItems()));
 *     System.out.println(report);                       // a table: rooms, findings, who needs what is broken
 *     home.care().quarantine(report);                   // corrupt blobs only; logs are reported and never changed
 *
 *     System.out.println(home.care().garbage().preview());
 *     home.care().garbage().withGrace(Duration.ofDays(7)).collect();     // once a day, from any process
 * }
 * }</pre>
 *
 * <p>A blob lives as long as a commit of some log names its digest. A digest that stands only inside another blob keeps
 * nothing alive; whoever stores such lists must name the parts in a log as well.
 */
@NullMarked
package io.mlops4j.care;

import org.jspecify.annotations.NullMarked;
