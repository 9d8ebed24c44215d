import java.io.FileInputStream;
import java.net.URI;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Validates a path as Java does, with revocation by one way alone and no fallback to the other:
 * `java PkixClient OCSP|CRL ROOT.pem PATH.pem`, the certificate itself first in PATH.pem. Where to ask stands in the certificates.
 */
public class PkixClient {
  public static void main(String[] args) throws Exception {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    X509Certificate root;
    try (FileInputStream file = new FileInputStream(args[1])) {
      root = (X509Certificate) factory.generateCertificate(file);
    }
    List<Certificate> certificates = new ArrayList<>();
    try (FileInputStream file = new FileInputStream(args[2])) {
      certificates.addAll(factory.generateCertificates(file));
    }
    CertPath path = factory.generateCertPath(certificates);
    CertPathValidator validator = CertPathValidator.getInstance("PKIX");
    PKIXRevocationChecker checker = (PKIXRevocationChecker) validator.getRevocationChecker();
    EnumSet<PKIXRevocationChecker.Option> options = EnumSet.of(PKIXRevocationChecker.Option.NO_FALLBACK);
    if (args[0].equals("CRL")) options.add(PKIXRevocationChecker.Option.PREFER_CRLS);
    checker.setOptions(options);
    PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
    parameters.addCertPathChecker(checker);
    try {
      validator.validate(path, parameters);
      System.out.println("good");
    } catch (CertPathValidatorException refused) {
      System.out.println(refused.getReason() + ": " + refused.getMessage());
    }
  }
}
