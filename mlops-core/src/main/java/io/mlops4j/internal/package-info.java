/** Shared by the packages of this module only; not exported. */
@NullMarked
package io.mlops4j.internal;

import org.jspecify.annotations.NullMarked;
