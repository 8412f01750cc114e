package guywire.control.tls;

import guywire.network.managed.PinnedProtocol;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the certificate of each handshake: the server's own for who says that he knows it ({@link
 * PinnedProtocol}), and for who calls it by no name that another is for. An authority that wants a
 * name proven ({@link ChallengeAnswers}) gets the certificate that proves it, or none.
 *
 * <p>Safe for use by several threads.
 */
/*
 * A client is asked for one kind of key after the other, in the order that he likes. Which certificate he gets has
 * nothing to do with that: where it is of another kind, there is none, and not the other one.
 */
final class AnsweringCertificates extends X509ExtendedKeyManager {

  private static final String OWN = "own";
  private static final String GIVEN = "given-";

  private final SignedCertificate own;
  private final Optional<CertificateFiles> given;
  private final Optional<ChallengeCertificates> challenges;

  AnsweringCertificates(
      SignedCertificate own, Optional<CertificateFiles> given, Optional<ChallengeAnswers> answers) {
    this.own = own;
    this.given = given;
    this.challenges = answers.map(ChallengeCertificates::new);
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, Socket socket) {
    return socket instanceof SSLSocket tls
        ? choose(keyType, tls.getHandshakeApplicationProtocol(), tls.getHandshakeSession())
        : null;
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
    return choose(keyType, engine.getHandshakeApplicationProtocol(), engine.getHandshakeSession());
  }

  private @Nullable String choose(
      String keyType, @Nullable String protocol, @Nullable SSLSession session) {
    if (ChallengeAnswers.PROTOCOL.equals(protocol)) {
      // Who asks for nothing that is being proven gets no certificate at all.
      return challenges
          .filter(_ -> ChallengeCertificates.ALGORITHM.equals(keyType))
          .flatMap(each -> each.alias(names(session)))
          .orElse(null);
    }
    var wanted =
        PinnedProtocol.NAME.equals(protocol)
            ? Optional.<CertificateFiles.Taken>empty()
            : given
                .flatMap(CertificateFiles::newest)
                .filter(each -> isCalled(each.pair(), session));
    String algorithm = wanted.map(each -> each.pair().algorithm()).orElse(own.algorithm());
    return algorithm.equals(keyType) ? wanted.map(each -> GIVEN + each.number()).orElse(OWN) : null;
  }

  private static boolean isCalled(SignedCertificate pair, @Nullable SSLSession session) {
    var names = names(session);
    return names.isEmpty()
        ? pair.isForAddresses()
        : names.stream()
            .anyMatch(name -> name instanceof SNIHostName host && pair.isFor(host.getAsciiName()));
  }

  private static List<SNIServerName> names(@Nullable SSLSession session) {
    return session instanceof ExtendedSSLSession extended
        ? extended.getRequestedServerNames()
        : List.of();
  }

  private Optional<SignedCertificate> pair(String alias) {
    if (alias.startsWith(ChallengeCertificates.PREFIX)) {
      return challenges.flatMap(each -> each.pair(alias));
    }
    return alias.equals(OWN)
        ? Optional.of(own)
        : given.flatMap(files -> files.numbered(Long.parseLong(alias.substring(GIVEN.length()))));
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    return pair(alias).map(pair -> pair.chain().toArray(X509Certificate[]::new)).orElse(null);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    return pair(alias).map(SignedCertificate::key).orElse(null);
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, Socket socket) {
    return null;
  }
}
