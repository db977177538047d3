package dev.duet.delta;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.http.auth.aws.crt.internal.signer.DefaultAwsCrtV4aHttpSigner;
import software.amazon.awssdk.regions.ServiceMetadata;
import software.amazon.awssdk.regions.ServiceMetadataProvider;
import software.amazon.awssdk.regions.servicemetadata.S3ServiceMetadata;
import software.amazon.awssdk.regions.servicemetadata.StsServiceMetadata;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3BaseClientBuilder;
import software.amazon.awssdk.transfer.s3.S3TransferManager;

/**
 * Methods of the libraries that can't be compiled into a native executable, replaced while one is built (a JVM never loads them). The
 * builder links every method that it can reach, so one that names a class of an optional library which is not here stops the build,
 * however unlikely it is to be called. What Duet never calls throws; what it calls for an optional extra does nothing. Reflection and
 * resources: {@code META-INF/native-image}; all of it: {@code docs/native.md}.
 */
final class NativeImage {
    private NativeImage() {}

    static UnsupportedOperationException absent(String what) {
        return new UnsupportedOperationException(
                what + " is not in the native executable: run Duet on a JVM to use it.");
    }

    /** dnsjava, inside Hadoop, asks Windows' registry and JNDI for name servers. The JDK resolves our names. */
    @TargetClass(className = "org.apache.hadoop.shaded.org.xbill.DNS.ResolverConfig")
    static final class NameServers {
        @Substitute
        public static void refresh() {}
    }

    /** Signatures of several regions (V4a) need the AWS CRT. The signer can't be replaced itself: its signatures name the CRT. */
    @TargetClass(className = "software.amazon.awssdk.http.auth.aws.internal.signer.util.OptionalDependencyLoaderUtil")
    static final class CrtSigner {
        @Substitute
        public static DefaultAwsCrtV4aHttpSigner getDefaultAwsCrtV4aHttpSigner() {
            throw absent("AWS signature version 4a");
        }
    }

    /** Credential providers of the AWS SDK's first version. */
    @TargetClass(className = "org.apache.hadoop.fs.s3a.adapter.AwsV1BindingSupport")
    static final class FirstSdk {
        @Substitute
        public static AwsCredentialsProvider createAWSV1CredentialProvider(
                Configuration configuration, String className, URI uri, String key) {
            throw absent("A credential provider of the AWS SDK 1");
        }
    }

    /** S3A's asynchronous client, for renames and copies, which Duet never does; and S3 Access Grants, a plug-in. */
    @TargetClass(className = "org.apache.hadoop.fs.s3a.DefaultS3ClientFactory")
    static final class Clients {
        @Substitute
        public S3AsyncClient createS3AsyncClient(
                URI uri, org.apache.hadoop.fs.s3a.S3ClientFactory.S3ClientCreationParameters parameters) {
            throw absent("S3A's asynchronous client");
        }

        @Substitute
        public S3TransferManager createS3TransferManager(S3AsyncClient client) {
            throw absent("S3A's transfer manager");
        }

        @Substitute
        private static void maybeApplyS3AccessGrantsConfigurations(
                S3BaseClientBuilder<?, ?> builder, Configuration configuration) {}
    }

    /** OpenSSL through WildFly. The JDK's TLS is used. */
    @TargetClass(className = "org.apache.hadoop.fs.s3a.impl.NetworkBinding")
    static final class Tls {
        @Substitute
        public static void bindSSLChannelMode(Configuration configuration, ApacheHttpClient.Builder builder) {}
    }

    /** What the SDK knows of AWS' other 400 services: a tenth of all code. For one that is unknown it makes the host by rule. */
    @TargetClass(className = "software.amazon.awssdk.regions.GeneratedServiceMetadataProvider")
    @Substitute
    static final class Services implements ServiceMetadataProvider {
        @Substitute
        public Services() {}

        @Override
        @Substitute
        public @Nullable ServiceMetadata serviceMetadata(String service) {
            return switch (service) {
                case "s3" -> new S3ServiceMetadata();
                case "sts" -> new StsServiceMetadata();
                default -> null;
            };
        }
    }
}
