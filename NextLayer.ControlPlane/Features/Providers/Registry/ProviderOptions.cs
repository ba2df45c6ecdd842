namespace NextLayer.ControlPlane.Features.Providers.Registry;

/// <summary>Where the provider pipelines are described. Bound from <c>Providers</c>.</summary>
internal sealed class ProviderOptions
{
    /// <summary>Folder with <c>system/pipelines.yml</c>; relative to the program's own. Default <c>configs</c>, which is delivered with it.</summary>
    public string ConfigFolder { get; set; } = "configs";
}
