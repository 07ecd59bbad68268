/** Contract tests for adapters, fakes and a manual clock. */
@NullMarked
package io.mlops4j.testkit;

import org.jspecify.annotations.NullMarked;
