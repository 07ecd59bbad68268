/** Releasing a model where others have a say: policy, verdicts, signatures, approvals, papers, and an archive to keep. */
@NullMarked
package io.mlops4j.examples.release;

import org.jspecify.annotations.NullMarked;
