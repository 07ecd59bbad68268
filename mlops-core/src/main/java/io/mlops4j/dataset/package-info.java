/**
 * Where data for training and judging comes from: a {@link io.mlops4j.dataset.DataSource} lists what there is and
 * opens it. {@link io.mlops4j.dataset.FolderDataSource} reads a folder; mlops-registry-s3 reads a bucket. Nothing here
 * writes: data belongs to others.
 */
@NullMarked
package io.mlops4j.dataset;

import org.jspecify.annotations.NullMarked;
