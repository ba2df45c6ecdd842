using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NextLayer.ControlPlane.Platform.Responses;
using NextLayer.ServiceDefaults;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Platform.Responses;

/// <summary>What answers tell browsers, caches and proxies; plain, behind a proxy and over TLS of our own.</summary>
public sealed class SecurityHeadersTests(Api api, Servers servers) : IClassFixture<Api>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/api/tenants")]
    [InlineData("/api/tenants/none")]
    [InlineData("/api/runs/00000000-0000-0000-0000-000000000000")]
    [InlineData("/health")]
    [InlineData("/nowhere")]
    [InlineData("/%ff")]
    public async Task Answer_OfEveryKind_CanNeitherBeFramedNorKeptNorTakenForSomethingElse(string address)
    {
        var answer = await api.GetAsync(address);

        Assert.Equal("nosniff", answer.Headers["X-Content-Type-Options"]);
        Assert.Equal("DENY", answer.Headers["X-Frame-Options"]);
        Assert.Equal("no-referrer", answer.Headers["Referrer-Policy"]);
        Assert.Equal("same-origin", answer.Headers["Cross-Origin-Resource-Policy"]);
        Assert.Equal(SecurityHeaders.DataPolicy, answer.Headers["Content-Security-Policy"]);
        Assert.Contains("no-store", answer.Headers["Cache-Control"], StringComparison.Ordinal);
        Assert.DoesNotContain("Server", answer.Headers.Keys);
        Assert.DoesNotContain("Strict-Transport-Security", answer.Headers.Keys);
    }

    [Fact]
    public async Task Answer_ThatItsEndpointLetsBeKept_StaysSo() =>
        Assert.Equal("max-age=300, private", (await api.GetAsync("/api/v1/catalog/steps")).Headers["Cache-Control"]);

    [Fact]
    public async Task Docs_MayRunTheirOwnScriptAlone()
    {
        var docs = await api.GetAsync("/docs");

        Assert.Equal(SecurityHeaders.DocsPolicy, docs.Headers["Content-Security-Policy"]);
        Assert.Contains("script-src 'self';", SecurityHeaders.DocsPolicy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_ToAnAllowedOrigin_MayBeReadThere()
    {
        var answer = await api.SendAsync(HttpMethod.Get, "/api/tenants", null, ("Origin", "http://localhost:3000"));
        var stranger = await api.SendAsync(HttpMethod.Get, "/api/tenants", null, ("Origin", "https://evil.example"));

        Assert.Equal("cross-origin", answer.Headers["Cross-Origin-Resource-Policy"]);
        Assert.Equal("same-origin", stranger.Headers["Cross-Origin-Resource-Policy"]);
    }

    [Theory]
    [InlineData("127.0.0.0/8", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("10.0.0.0/8", false)]
    [InlineData("", false)]
    public async Task Forwarded_IsBelievedOfTrustedProxiesAlone(string trusted, bool believed)
    {
        await using var db = await servers.CreateDatabaseAsync();
        await using var host = await ControlPlaneHost.StartAsync(db, null, (TrustedProxies.Key, trusted));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-For", "203.0.113.9");

        using var answer = await host.Http.SendAsync(request, Ct);

        Assert.Equal(believed, answer.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task TrustedProxy_ThatIsNoAddress_IsRefusedAtStart()
    {
        await using var db = await servers.CreateDatabaseAsync();

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => ControlPlaneHost.StartAsync(db, null, (TrustedProxies.Key, "proxy.example")));

        Assert.Contains("TRUSTED_PROXIES holds 'proxy.example'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Https_ByStandardSettings_ServesWithTheCertificateGiven()
    {
        var folder = Directory.CreateTempSubdirectory("nextlayer-tls-").FullName;
        using var certificate = MakeCertificate(folder);
        await using var db = await servers.CreateDatabaseAsync();
        await using var host = await ControlPlaneHost.StartAsync(
            db,
            null,
            ("Kestrel:Endpoints:Https:Url", "https://127.0.0.1:0"),
            ("Kestrel:Endpoints:Https:SslProtocols:0", "Tls12"),
            ("Kestrel:Endpoints:Https:SslProtocols:1", "Tls13"),
            ("Kestrel:Certificates:Default:Path", Path.Combine(folder, "tls.crt")),
            ("Kestrel:Certificates:Default:KeyPath", Path.Combine(folder, "tls.key")));
        using var handler = new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown?.Thumbprint == certificate.Thumbprint,
        };
        using var https = new HttpClient(handler) { BaseAddress = host.Address };

        using var answer = await https.GetAsync("/health", Ct);

        Assert.Equal("https", host.Address.Scheme);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("max-age=31536000", Assert.Single(answer.Headers.GetValues("Strict-Transport-Security")));
        Directory.Delete(folder, recursive: true);
    }

    private static X509Certificate2 MakeCertificate(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(Path.Combine(folder, "tls.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "tls.key"), key.ExportPkcs8PrivateKeyPem());
        return certificate;
    }
}
