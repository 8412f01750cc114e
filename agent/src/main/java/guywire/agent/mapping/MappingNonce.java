package guywire.agent.mapping;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What ties an answer to its request, and a mapping to who asked for it: 12 bytes.
 *
 * @param high the first eight
 * @param low the others
 */
/*
 * A server of RFC 6887 changes a mapping only for the nonce that it was made with (section 11.3). An agent that
 * was killed must therefore come back with the same one. It is made from a secret that lasts until the machine
 * starts again, which nobody on the LAN can guess.
 */
record MappingNonce(long high, int low) {

  static final int BYTES = 12;

  static MappingNonce of(byte[] secret, AskedGateway gateway, int port) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      digest.update("guywire port mapping".getBytes(StandardCharsets.US_ASCII));
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(secret.length).flip());
      digest.update(secret);
      digest.update(gateway.address().bytes());
      digest.update(gateway.self().bytes());
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(port).flip());
      return read(ByteBuffer.wrap(digest.digest()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static MappingNonce read(ByteBuffer in) {
    return new MappingNonce(in.getLong(), in.getInt());
  }

  void write(ByteBuffer out) {
    out.putLong(high).putInt(low);
  }

  @Override
  public String toString() {
    return "MappingNonce";
  }
}
