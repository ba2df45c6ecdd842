using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;
using NextLayer.ControlPlane.Platform.Database;

namespace NextLayer.ControlPlane.Platform.Secrets;

internal static class SecretSetup
{
    public static void AddSecrets(this WebApplicationBuilder builder)
    {
        // A fixed name: by default it is the folder the program stands in, and replicas may stand in different ones.
        builder.Services.AddDataProtection().SetApplicationName("NextLayer");
        builder.Services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(services => new ConfigureOptions<KeyManagementOptions>(
            options => options.XmlRepository = new PostgresKeyRing(services.GetRequiredService<Databases>())));
        builder.Services.AddSingleton<SecretBox>();
        // It would warn of every new key that the ring itself lies in the database unencrypted, as docs/triggers.md says.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error);
    }
}
