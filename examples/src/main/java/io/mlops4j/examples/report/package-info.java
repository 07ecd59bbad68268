/** A page that needs no network: tables and charts as HTML with inline SVG. */
@NullMarked
package io.mlops4j.examples.report;

import org.jspecify.annotations.NullMarked;
