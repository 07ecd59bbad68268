/** The one JSON mapper of this module; not exported. */
@NullMarked
package io.mlops4j.internal.json;

import org.jspecify.annotations.NullMarked;
