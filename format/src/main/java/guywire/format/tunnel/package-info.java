/** Tunnels in the files of each platform: an importer and a renderer for each. */
@NullMarked
package guywire.format.tunnel;

import org.jspecify.annotations.NullMarked;
