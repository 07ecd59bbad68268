/** S3 servers that tests start as processes of their own. */
@NullMarked
package io.mlops4j.s3server;

import org.jspecify.annotations.NullMarked;
