namespace NextLayer.ControlPlane.Platform.Registry;

/// <summary>What every table of the registry has.</summary>
internal abstract class RegistryRow
{
    /// <summary>UUIDv7: the order of ids is the order of creation.</summary>
    public Guid Id { get; set; }

    /// <summary>Set by the database.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Set by the database at every change.</summary>
    public DateTimeOffset UpdatedAt { get; set; }
}
