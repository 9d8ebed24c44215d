import java.io.FileInputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Connects to 127.0.0.1, trusts the given roots alone and asks for the host's name: `java TlsClient.java PORT CA.pem HOST`. */
public class TlsClient {
  public static void main(String[] args) throws Exception {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    try (FileInputStream file = new FileInputStream(args[1])) {
      int index = 0;
      for (Certificate root : CertificateFactory.getInstance("X.509").generateCertificates(file)) {
        trusted.setCertificateEntry("root-" + index++, root);
      }
    }
    TrustManagerFactory pkix = TrustManagerFactory.getInstance("PKIX");
    pkix.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, pkix.getTrustManagers(), null);

    Socket wire = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
    try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(wire, args[2], wire.getPort(), true)) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);
      socket.setSoTimeout(10_000);
      socket.startHandshake();
      System.out.println("verified " + socket.getSession().getPeerPrincipal());
    }
  }
}
