/** The HTTP API: one table of routes, one gate before them, JSON as openapi.json describes it. */
@NullMarked
package guywire.control.api;

import org.jspecify.annotations.NullMarked;
