namespace NextLayer.Worker.Steps.Email;

/// <summary>Section <c>Email</c>.</summary>
internal sealed class EmailOptions
{
    /// <summary>
    /// Whether mail of tenants without an SMTP connector is written into the run's log instead of being sent; null:
    /// in the environment Development only.
    /// </summary>
    public bool? AllowLog { get; set; }
}
