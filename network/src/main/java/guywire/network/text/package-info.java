/** What is said to people: places in files, findings, and messages in English and Chinese. */
@NullMarked
package guywire.network.text;

import org.jspecify.annotations.NullMarked;
