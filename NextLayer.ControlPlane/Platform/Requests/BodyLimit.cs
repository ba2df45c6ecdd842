namespace NextLayer.ControlPlane.Platform.Requests;

/// <summary>Endpoint metadata: the largest body the endpoint reads, in bytes. <see cref="Default"/> where none is set.</summary>
internal sealed record BodyLimit(int MaxBytes)
{
    public static BodyLimit Default { get; } = new(1024 * 1024);

    /// <summary>The largest any endpoint may ask for; Kestrel itself refuses what is longer.</summary>
    /// <summary>Of calls that start a run: a file of 1 MiB in its input, in Base64, leaves room for all else.</summary>
    public const int RunInput = 2 * 1024 * 1024;

    public const int Largest = 16 * 1024 * 1024;
}

internal static class BodyLimitExtensions
{
    public static TBuilder WithBodyLimit<TBuilder>(this TBuilder builder, int maxBytes)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new BodyLimit(maxBytes));
}
