/** What the runtimes of this module share and hosts do not see: reading protocol buffers, and reusing things. */
@NullMarked
package io.mlops4j.serving.internal;

import org.jspecify.annotations.NullMarked;
