/** Reference profiles, drift detectors and monitors. */
@NullMarked
package io.mlops4j.drift;

import org.jspecify.annotations.NullMarked;
