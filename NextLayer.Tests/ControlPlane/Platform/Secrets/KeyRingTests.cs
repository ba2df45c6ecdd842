using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NextLayer.ControlPlane.Platform.Secrets;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Platform.Secrets;

/// <summary>The ring of keys that seals secrets, with and without a master key.</summary>
public sealed class KeyRingTests(Servers servers)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static readonly string First = Convert.ToBase64String(Enumerable.Repeat((byte)1, 32).ToArray());
    private static readonly string Second = Convert.ToBase64String(Enumerable.Repeat((byte)2, 32).ToArray());

    [Fact]
    public async Task Ring_WithAMasterKey_IsEncryptedAndOpensForEveryReplica()
    {
        await using var db = await servers.CreateDatabaseAsync();
        byte[] sealedSecret;
        await using (var one = await ControlPlaneHost.StartAsync(db, null, ("Secrets:MasterKey", First)))
            sealedSecret = one.Get<SecretBox>().Seal("test", "plain"u8.ToArray());
        await using var other = await ControlPlaneHost.StartAsync(db, null, ("Secrets:MasterKey", First));

        Assert.Equal("plain"u8, other.Get<SecretBox>().Open("test", sealedSecret));
        Assert.All(await RingAsync(db), xml => Assert.StartsWith("nlmk1.", xml, StringComparison.Ordinal));
        Assert.NotEmpty(await RingAsync(db));
    }

    [Fact]
    public async Task Prepare_SealsARingThatLayOpen_AndFollowsARotation()
    {
        await using var db = await servers.CreateDatabaseAsync();
        byte[] sealedSecret;
        await using (var open = await ControlPlaneHost.StartAsync(db))
            sealedSecret = open.Get<SecretBox>().Seal("test", "plain"u8.ToArray());
        Assert.Contains("<masterKey", Assert.Single(await RingAsync(db)), StringComparison.Ordinal);

        await Ring(db, First).PrepareAsync(Ct);
        var once = Assert.Single(await RingAsync(db));
        await Ring(db, $"{Second}, {First}").PrepareAsync(Ct);
        var twice = Assert.Single(await RingAsync(db));

        Assert.StartsWith("nlmk1.", once, StringComparison.Ordinal);
        Assert.NotEqual(once[..15], twice[..15]);
        await using var after = await ControlPlaneHost.StartAsync(db, null, ("Secrets:MasterKey", Second));
        Assert.Equal("plain"u8, after.Get<SecretBox>().Open("test", sealedSecret));
    }

    [Fact]
    public async Task Prepare_WithoutTheRightMasterKey_RefusesToStart()
    {
        await using var db = await servers.CreateDatabaseAsync();
        await using (var host = await ControlPlaneHost.StartAsync(db, null, ("Secrets:MasterKey", First)))
            host.Get<SecretBox>().Seal("test", "plain"u8.ToArray());

        var wrong = await Assert.ThrowsAsync<InvalidOperationException>(() => Ring(db, Second).PrepareAsync(Ct));
        var none = await Assert.ThrowsAsync<InvalidOperationException>(() => Ring(db, null).PrepareAsync(Ct));

        Assert.All([wrong, none], ex => Assert.Contains("Secrets:MasterKey", ex.Message, StringComparison.Ordinal));
        Assert.Single(await RingAsync(db)); // And it made no other.
    }

    [Fact]
    public void Sealed_ForOneRow_CannotBeMovedToAnother()
    {
        var keys = Keys(First);
        var text = keys.Seal("key-1", "<key/>");

        Assert.True(keys.TryOpen("key-1", text, out var opened));
        Assert.Equal("<key/>", opened);
        Assert.False(keys.TryOpen("key-2", text, out _));
        Assert.All(
            ["nlmk1.", "nlmk1.x", text[..^8], text[..20], text + "A", text.Replace('.', '-'), "nlmk1." + text],
            changed => Assert.False(MasterKeys.IsSealed(changed) && keys.TryOpen("key-1", changed, out _)));
    }

    [Theory]
    [InlineData("not base64")]
    [InlineData("c2hvcnQ=")]
    [InlineData(" , ")]
    public void MasterKey_ThatIsNone_IsRefusedByItsNameAlone(string value)
    {
        var refused = Assert.Throws<InvalidOperationException>(() => Keys(value));

        Assert.Contains("Secrets:MasterKey", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("c2hvcnQ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MasterKey_InAFile_IsTheSame()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, $"{First}\n{Second}\n");
        try
        {
            var keys = new MasterKeys(new MasterKeyOptions { MasterKeyFile = path });
            Assert.True(keys.TryOpen("k", Keys(Second).Seal("k", "x"), out _));
            Assert.True(Keys(First).TryOpen("k", keys.Seal("k", "x"), out _));
        }
        finally
        {
            File.Delete(path);
        }

        Assert.Throws<InvalidOperationException>(() => new MasterKeys(new MasterKeyOptions { MasterKeyFile = path }));
        Assert.Throws<InvalidOperationException>(() => new MasterKeys(new MasterKeyOptions { MasterKeyFile = path, MasterKey = First }));
    }

    private static MasterKeys Keys(string? text) => new(new MasterKeyOptions { MasterKey = text });

    private static PostgresKeyRing Ring(TestDatabase db, string? masterKey) =>
        new(db.Databases, Keys(masterKey), NullLogger<PostgresKeyRing>.Instance);

    private static Task<IReadOnlyList<string>> RingAsync(TestDatabase db) => db.ListAsync<string>("SELECT xml FROM secret_keys");
}
