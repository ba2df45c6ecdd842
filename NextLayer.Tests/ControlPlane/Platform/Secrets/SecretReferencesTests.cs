using NextLayer.ControlPlane.Platform.Secrets;

namespace NextLayer.Tests.ControlPlane.Platform.Secrets;

/// <summary>Which references to secrets kept elsewhere a tenant may write.</summary>
public sealed class SecretReferencesTests : IDisposable
{
    private static readonly Guid Tenant = Guid.Parse("01920000-0000-7000-8000-0000000000aa");
    private readonly string folder = Directory.CreateTempSubdirectory("nextlayer-refs-").FullName;

    [Theory]
    [InlineData("env:NL_01920000000070008000-x", false)]
    [InlineData("env:NL_019200000000700080000000000000aa_KEY", true)]
    [InlineData("env:NL_019200000000700080000000000000ab_KEY", false)]
    [InlineData("env:PATH", false)]
    [InlineData("env:SHARED", true)]
    [InlineData("env:SHARED_MORE", false)]
    [InlineData("file:/run/secrets/019200000000700080000000000000aa/smtp", true)]
    [InlineData("file:/run/secrets/019200000000700080000000000000aa/../019200000000700080000000000000ab/smtp", false)]
    [InlineData("file:/run/secrets/019200000000700080000000000000aa/./smtp", false)]
    [InlineData("file:/run/secrets/019200000000700080000000000000ab/smtp", false)]
    [InlineData("file:/run/secrets/019200000000700080000000000000aa/", false)]
    [InlineData("file:run/secrets", false)]
    [InlineData("file:/etc/passwd", false)]
    public void Allowed_GoesByTheOperatorsPatterns(string reference, bool allowed)
    {
        var references = Allow("env:NL_{tenant}_*", "env:SHARED", "file:/run/secrets/{tenant}/*");

        Assert.Equal(allowed, references.IsAllowed(reference, Tenant));
    }

    [Theory]
    [InlineData("vault:x")]
    [InlineData("env:")]
    [InlineData("file:relative/*")]
    [InlineData("file:/a/*/b")]
    public void Pattern_ThatMakesNoSense_IsRefusedAtStart(string pattern) =>
        Assert.Contains("Secrets:References:Allowed", Assert.Throws<InvalidOperationException>(() => Allow(pattern)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Read_OfAFile_GivesItWithoutItsLastNewline()
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "key"), "sk-file-secret\n", TestContext.Current.CancellationToken);

        Assert.Equal(("sk-file-secret", null), await ReadAsync("key"));
    }

    [Fact]
    public async Task Read_OfWhatIsNotThere_SaysSo()
    {
        await File.WriteAllBytesAsync(Path.Combine(folder, "large"), new byte[(64 * 1024) + 1], TestContext.Current.CancellationToken);

        Assert.Contains("leads to nothing", (await ReadAsync("gone")).Problem, StringComparison.Ordinal);
        Assert.Contains("leads to nothing", (await ReadAsync("large")).Problem, StringComparison.Ordinal);
        Assert.Contains("leads to nothing", (await Allow("env:*").ReadAsync("env:NEXTLAYER_TEST_NOT_SET", Tenant, TestContext.Current.CancellationToken)).Problem, StringComparison.Ordinal);
        Assert.Contains("not among those", (await Allow().ReadAsync("env:PATH", Tenant, TestContext.Current.CancellationToken)).Problem, StringComparison.Ordinal);
    }

    private Task<(string? Value, string? Problem)> ReadAsync(string name) =>
        Allow($"file:{folder}/*").ReadAsync($"file:{folder}/{name}", Tenant, TestContext.Current.CancellationToken);

    private static SecretReferences Allow(params string[] patterns)
    {
        var options = new SecretReferenceOptions();
        foreach (var pattern in patterns)
            options.Allowed.Add(pattern);
        return new SecretReferences(options);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
