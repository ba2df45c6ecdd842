using NextLayer.ServiceDefaults;

namespace NextLayer.Dashboard.Forwarding;

/// <summary>Where the control plane's replicas are.</summary>
internal static class ControlPlaneAddresses
{
    public const string Name = "control-plane";

    /// <summary>Where it is when nobody says: on this machine, at its usual port.</summary>
    private static readonly Uri Usual = new("http://localhost:8000");

    public static IReadOnlyList<Uri> Of(IConfiguration configuration) =>
        ServiceAddresses.Resolve(configuration, Name) is { Count: > 0 } addresses ? addresses : [Usual];
}
