using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NextLayer.Worker.Execution;

namespace NextLayer.Worker.Steps.Email;

internal enum SmtpTls
{
    /// <summary>Plain at first, then STARTTLS; a server that does not offer it is refused.</summary>
    StartTls,

    /// <summary>TLS from the first byte, as on port 465.</summary>
    Implicit,

    /// <summary>Never encrypted.</summary>
    None,
}

/// <summary>A connector of type <c>smtp</c>.</summary>
internal sealed record SmtpSettings
{
    public required string Host { get; init; }
    public required int Port { get; init; }
    public required SmtpTls Tls { get; init; }
    public required string? Username { get; init; }
    public required string? Password { get; init; }

    /// <summary>Sender of steps that name none.</summary>
    public required EmailAddress? From { get; init; }

    /// <summary>PEM of an authority to trust instead of the machine's.</summary>
    public required string? CaCertificate { get; init; }

    public string Shown => $"{Host}:{Port}";

    public static SmtpSettings Read(StepConfig connector, SecretValues secrets)
    {
        var port = (int?)connector.Number("port", 1, 65535);
        var password = connector.Text("password");
        secrets.Add(password);
        return new SmtpSettings
        {
            Host = connector.RequiredText("host"),
            Tls = ReadTls(connector, port),
            Port = port ?? (connector.Text("tls") == "implicit" ? 465 : 587),
            Username = connector.Text("username"),
            Password = password,
            From = EmailAddress.ReadOne(connector, "from"),
            CaCertificate = connector.Text("ca_certificate"),
        };
    }

    private static SmtpTls ReadTls(StepConfig connector, int? port) => connector.Text("tls") switch
    {
        null => port == 465 ? SmtpTls.Implicit : SmtpTls.StartTls,
        "starttls" => SmtpTls.StartTls,
        "implicit" => SmtpTls.Implicit,
        "none" => SmtpTls.None,
        _ => throw connector.Wrong("tls", "starttls, implicit or none"),
    };

    public SslClientAuthenticationOptions TlsOptions()
    {
        var options = new SslClientAuthenticationOptions { TargetHost = Host };
        if (CaCertificate is null)
            return options;
        try
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPem(CaCertificate);
            options.CertificateChainPolicy = policy;
            return options;
        }
        catch (CryptographicException)
        {
            throw new StepConfigException("connector.config.ca_certificate must be a certificate in PEM.");
        }
    }
}
