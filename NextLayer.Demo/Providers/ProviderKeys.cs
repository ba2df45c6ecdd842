using System.Security.Cryptography;

namespace NextLayer.Demo.Providers;

/// <summary>Credentials that the stand-ins accept, made anew with every start.</summary>
internal sealed class ProviderKeys : IDisposable
{
    public const string ProjectId = "demo-project";
    public const string AccountEmail = "billing@demo-project.iam.gserviceaccount.com";
    public const string BillingTable = "demo-project.billing.gcp_billing_export_v1_0A1B2C";

    public string OpenAi { get; } = $"sk-admin-{Random()}";

    public string Anthropic { get; } = $"sk-ant-admin01-{Random()}";

    /// <summary>Of the service account.</summary>
    public RSA Account { get; } = RSA.Create(2048);

    public string AccountKeyId { get; } = Random();

    /// <summary>Google's key file.</summary>
    public Dictionary<string, string> KeyFile(string tokenAddress) => new()
    {
        ["type"] = "service_account",
        ["project_id"] = ProjectId,
        ["private_key_id"] = AccountKeyId,
        ["private_key"] = Account.ExportPkcs8PrivateKeyPem(),
        ["client_email"] = AccountEmail,
        ["token_uri"] = tokenAddress,
    };

    private static string Random() => RandomNumberGenerator.GetHexString(40, lowercase: true);

    public void Dispose() => Account.Dispose();
}
