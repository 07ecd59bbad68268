/**
 * Papers about a version, made of what the registry knows of it: a {@link io.mlops4j.card.ModelCard} for people, in
 * Markdown or HTML, and a {@link io.mlops4j.card.BillOfMaterials} for tools, as CycloneDX ML-BOM. Both are the same
 * bytes whenever they are made of the same facts, and escape what came from outside.
 */
@NullMarked
package io.mlops4j.card;

import org.jspecify.annotations.NullMarked;
