using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;

namespace NextLayer.ControlPlane.Platform.Secrets;

internal static class SecretSetup
{
    public static void AddSecrets(this WebApplicationBuilder builder)
    {
        // A fixed name: by default it is the folder the program stands in, and replicas may stand in different ones.
        builder.Services.AddDataProtection().SetApplicationName("NextLayer");
        builder.Services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(services => new ConfigureOptions<KeyManagementOptions>(
            options => options.XmlRepository = services.GetRequiredService<PostgresKeyRing>()));
        builder.Services.AddOptions<MasterKeyOptions>().BindConfiguration("Secrets");
        builder.Services.AddSingleton(services => new MasterKeys(services.GetRequiredService<IOptions<MasterKeyOptions>>().Value));
        builder.Services.AddSingleton<PostgresKeyRing>();
        builder.Services.AddSingleton<SecretBox>();
        builder.Services.AddOptions<SecretReferenceOptions>().BindConfiguration("Secrets:References");
        builder.Services.AddSingleton(services => new SecretReferences(services.GetRequiredService<IOptions<SecretReferenceOptions>>().Value));
        // It would warn of every new key that it cannot tell whether the ring is encrypted; PostgresKeyRing tells once.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error);
    }
}
