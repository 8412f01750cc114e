package guywire.plan.definition;

import guywire.network.text.Place;

/**
 * A piece of text and where it stands.
 *
 * @param text the text
 * @param place its place
 */
record Word(String text, Place place) {}
