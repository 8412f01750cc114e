/** What the server keeps: one SQL text for SQLite and PostgreSQL, one writer, whole changes. */
@NullMarked
package guywire.control.store;

import org.jspecify.annotations.NullMarked;
