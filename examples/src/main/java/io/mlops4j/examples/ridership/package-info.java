/**
 * The closed loop on real data: a model of the daily ridership at Chicago's Clark/Lake station that is trained, tracked,
 * registered, judged, served, watched and retrained through eleven simulated years, all in this JVM.
 */
@NullMarked
package io.mlops4j.examples.ridership;

import org.jspecify.annotations.NullMarked;
