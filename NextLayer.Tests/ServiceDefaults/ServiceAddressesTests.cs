using Microsoft.Extensions.Configuration;
using NextLayer.ServiceDefaults;

namespace NextLayer.Tests.ServiceDefaults;

public sealed class ServiceAddressesTests
{
    [Fact]
    public void Resolve_SeveralAddresses_GivesHttpsFirstAndEachByIndex()
    {
        var configuration = Configuration(
            ("services:control-plane:http:10", "http://127.0.0.1:8010"),
            ("services:control-plane:http:2", "http://127.0.0.1:8002"),
            ("services:control-plane:https:0", "https://localhost:8443"),
            ("services:dashboard:http:0", "http://127.0.0.1:3000"));

        var addresses = ServiceAddresses.Resolve(configuration, "control-plane");

        Assert.Equal(["https://localhost:8443/", "http://127.0.0.1:8002/", "http://127.0.0.1:8010/"], addresses.Select(a => a.ToString()));
    }

    [Fact]
    public void Resolve_UnknownService_IsEmpty() =>
        Assert.Empty(ServiceAddresses.Resolve(Configuration(), "control-plane"));

    [Fact]
    public void Resolve_ValueIsNoAddress_NamesTheKey()
    {
        var configuration = Configuration(("services:control-plane:http:0", "localhost:8000"));

        var error = Assert.Throws<InvalidOperationException>(() => ServiceAddresses.Resolve(configuration, "control-plane"));

        Assert.Contains("services:control-plane:http:0", error.Message, StringComparison.Ordinal);
    }

    private static IConfigurationRoot Configuration(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build();
}
