using System.Net;
using System.Text.Json;
using NextLayer.ControlPlane.Features.Connectors;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Connectors;

/// <summary>Secrets go in and never come out of the API again.</summary>
public sealed class ConnectorSecretTests(Api api) : IClassFixture<Api>
{
    private const string Canary = "canary-7f3a91";

    [Fact]
    public async Task Create_WithSecrets_NamesThemAndShowsNone()
    {
        var tenantId = await api.AddTenantAsync();

        var made = await CreateAsync(tenantId, "openai", new { api_key = Canary });
        var shown = await api.GetAsync($"/api/connector-instances/{made.Id}");
        var listed = await api.GetAsync($"/api/connector-instances?tenant_id={tenantId}");

        Approved.Equal("ConnectorInstanceCreatedWithSecrets", made.Text);
        Approved.Equal("ConnectorInstanceWithSecrets", shown.Text);
        Assert.Equal("api_key", listed.Json.GetProperty("items")[0].GetProperty("secrets")[0].GetProperty("name").GetString());
        Assert.DoesNotContain(Canary, made.Text + shown.Text + listed.Text, StringComparison.Ordinal);
        Assert.Equal(0, await api.Database.AskAsync<long>("SELECT count(*) FROM connector_secrets WHERE encode(sealed, 'escape') LIKE '%' || $1 || '%'", Canary));
    }

    [Fact]
    public async Task Create_AgainUnderItsIdempotencyKey_AnswersTheSameAndKeepsNoSecret()
    {
        var tenantId = await api.AddTenantAsync();
        var body = JsonSerializer.Serialize(new { tenant_id = tenantId, connector_type = "smtp", secrets = new { password = Canary } });
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());

        var first = await api.PostAsync("/api/connector-instances", body, key);
        var again = await api.PostAsync("/api/connector-instances", body, key);
        var other = await api.PostAsync("/api/connector-instances", body.Replace(Canary, "another", StringComparison.Ordinal), key);

        Assert.Equal((HttpStatusCode.OK, first.Text), (again.Status, again.Text));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, other.Status);
        Assert.Equal(0, await api.Database.AskAsync<long>("SELECT count(*) FROM idempotency_keys k WHERE convert_from(body, 'UTF8') LIKE '%' || $1 || '%'", Canary));
    }

    [Fact]
    public async Task Patch_SetsAndRemovesWhatItNames()
    {
        var made = await CreateAsync(await api.AddTenantAsync(), "http", new { token = Canary, password = Canary });

        var changed = await api.PatchAsync($"/api/connector-instances/{made.Id}", """{"secrets": {"token": null, "value": "v-123"}}""");
        var untouched = await api.PatchAsync($"/api/connector-instances/{made.Id}", """{"config": {"base_url": "https://x.example"}}""");

        Assert.Equal(["password", "value"], Names(changed));
        Assert.Equal(["password", "value"], Names(untouched));
    }

    [Fact]
    public async Task Put_RotatesOne_AndDeleteRemovesIt()
    {
        var made = await CreateAsync(await api.AddTenantAsync(), "webhook", new { signing_secret = "first-secret" });
        var address = $"/api/connector-instances/{made.Id}/secrets/signing_secret";

        var rotated = await api.SendAsync(HttpMethod.Put, address, """{"value": "second-secret", "overlap_seconds": 3600}""");
        var again = await api.SendAsync(HttpMethod.Put, address, """{"value": "third-secret"}""");

        Approved.Equal("ConnectorSecretRotated", rotated.Text);
        Assert.Equal(JsonValueKind.Null, again.Json.GetProperty("previous_until").ValueKind);
        Assert.Equal(HttpStatusCode.NoContent, (await api.DeleteAsync(address)).Status);
        Assert.Equal("connector_secret_not_found", (await api.DeleteAsync(address)).Problem);
    }

    [Fact]
    public async Task Put_RotationSentTwice_KeepsTheValueBefore()
    {
        var made = await CreateAsync(await api.AddTenantAsync(), "webhook", new { signing_secret = "first-secret" });
        var address = $"/api/connector-instances/{made.Id}/secrets/signing_secret";
        const string Rotation = """{"value": "second-secret", "overlap_seconds": 3600}""";

        await api.SendAsync(HttpMethod.Put, address, Rotation);
        var again = await api.SendAsync(HttpMethod.Put, address, Rotation);

        var opened = await OpenAsync(made.Id);
        Assert.Equal(("second-secret", "first-secret"), (opened.Values["signing_secret"], opened.Previous["signing_secret"]));
        Assert.Equal(JsonValueKind.String, again.Json.GetProperty("previous_until").ValueKind);
    }

    [Fact]
    public async Task Put_OfThePresentValue_HasNothingToOverlapWith()
    {
        var made = await CreateAsync(await api.AddTenantAsync(), "webhook", new { signing_secret = "first-secret" });

        var same = await api.SendAsync(
            HttpMethod.Put, $"/api/connector-instances/{made.Id}/secrets/signing_secret", """{"value": "first-secret", "overlap_seconds": 3600}""");

        Assert.Equal(JsonValueKind.Null, same.Json.GetProperty("previous_until").ValueKind);
        Assert.Empty((await OpenAsync(made.Id)).Previous);
    }

    [Fact]
    public async Task DeleteOfASecret_IsAChangeOfItsConnector()
    {
        var made = await CreateAsync(await api.AddTenantAsync(), "openai", new { api_key = Canary });
        var before = (await api.GetAsync($"/api/connector-instances/{made.Id}")).Json.GetProperty("updated_at").GetDateTimeOffset();

        await api.DeleteAsync($"/api/connector-instances/{made.Id}/secrets/api_key");

        // A test of the connection that began before judges a credential that is gone: by this time it is told apart.
        Assert.True((await api.GetAsync($"/api/connector-instances/{made.Id}")).Json.GetProperty("updated_at").GetDateTimeOffset() > before);
    }

    [Theory]
    [InlineData("openai", """{"api-key": "canary-7f3a91"}""", "secrets.*")]
    [InlineData("openai", """{"password": "canary-7f3a91"}""", "secrets.password")]
    [InlineData("openai", """{"api_key": ["canary-7f3a91"]}""", "secrets.api_key")]
    [InlineData("openai", """{"api_key": null}""", "secrets.api_key")]
    [InlineData("openai", """{"api_key": ""}""", "secrets.api_key")]
    [InlineData("openai", """{"api_key": "abc"}""", "secrets.api_key")]
    [InlineData("openai", "\"canary-7f3a91\"", "secrets")]
    [InlineData("openai", """["canary-7f3a91"]""", "secrets")]
    public async Task Create_WithSecretsThatMakeNoSense_SaysWhichAndNotWhat(string type, string secrets, string path)
    {
        var tenantId = await api.AddTenantAsync();

        var refused = await api.PostAsync(
            "/api/connector-instances", $$"""{"tenant_id": "{{tenantId}}", "connector_type": "{{type}}", "secrets": {{secrets}}}""");

        Assert.Equal((HttpStatusCode.BadRequest, path), (refused.Status, Assert.Single(refused.Errors).Key));
        Assert.DoesNotContain(Canary, refused.Text, StringComparison.Ordinal);
        Assert.Equal(0, await api.Database.AskAsync<long>("SELECT count(*) FROM connector_instances WHERE tenant_id = $1", tenantId));
    }

    [Theory]
    [InlineData("api_key", """{"value": 5}""", "value")]
    [InlineData("api_key", """{"value": "canary-7f3a91", "overlap_seconds": 60}""", "overlap_seconds")]
    [InlineData("api_key", """{"value": "canary-7f3a91", "overlap_seconds": -1}""", "overlap_seconds")]
    [InlineData("other", """{"value": "canary-7f3a91"}""", "name")]
    [InlineData("api_key", """{}""", "value")]
    public async Task Put_OfWhatMakesNoSense_ChangesNothing(string name, string body, string path)
    {
        var made = await CreateAsync(await api.AddTenantAsync(), "anthropic", new { api_key = Canary });
        var before = (await api.GetAsync($"/api/connector-instances/{made.Id}")).Text;

        var refused = await api.SendAsync(HttpMethod.Put, $"/api/connector-instances/{made.Id}/secrets/{name}", body);

        Assert.Equal((HttpStatusCode.BadRequest, path), (refused.Status, Assert.Single(refused.Errors).Key));
        Assert.DoesNotContain(Canary, refused.Text, StringComparison.Ordinal);
        Assert.Equal(before, (await api.GetAsync($"/api/connector-instances/{made.Id}")).Text);
    }

    [Fact]
    public async Task Secrets_OfAnUnknownType_MayHaveAnyName_ButNotTooMany()
    {
        var tenantId = await api.AddTenantAsync();
        var many = Enumerable.Range(0, 51).ToDictionary(n => $"s{n}", n => $"value-{n}");

        var refused = await CreateAsync(tenantId, "secrets", many);
        many.Remove("s50");
        var made = await CreateAsync(tenantId, "secrets", many);
        var oneMore = await api.SendAsync(HttpMethod.Put, $"/api/connector-instances/{made.Id}/secrets/one_more", """{"value": "value"}""");

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.OK, HttpStatusCode.BadRequest), (refused.Status, made.Status, oneMore.Status));
        Assert.Equal(50, await api.Database.AskAsync<long>("SELECT count(*) FROM connector_secrets WHERE connector_id = $1", made.Id));
    }

    [Fact]
    public async Task NewCredentials_EndTheNeedToSignInAgain()
    {
        var made = await CreateAsync(await api.AddTenantAsync(), "openai", new { api_key = Canary });
        await api.PatchAsync($"/api/connector-instances/{made.Id}", """{"status": "NEEDS_REAUTH"}""");

        var changed = await api.PatchAsync($"/api/connector-instances/{made.Id}", """{"config": {}}""");
        await api.SendAsync(HttpMethod.Put, $"/api/connector-instances/{made.Id}/secrets/api_key", """{"value": "another"}""");

        Assert.Equal("NEEDS_REAUTH", changed.Json.GetProperty("status").GetString());
        Assert.Equal("ACTIVE", (await api.GetAsync($"/api/connector-instances/{made.Id}")).Json.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Delete_OfTheConnector_TakesItsSecretsAlong()
    {
        var made = await CreateAsync(await api.AddTenantAsync(), "openai", new { api_key = Canary });

        Assert.Equal(HttpStatusCode.NoContent, (await api.DeleteAsync($"/api/connector-instances/{made.Id}")).Status);

        Assert.Equal(0, await api.Database.AskAsync<long>("SELECT count(*) FROM connector_secrets WHERE connector_id = $1", made.Id));
        Assert.Equal("connector_instance_not_found", (await api.SendAsync(HttpMethod.Put, $"/api/connector-instances/{made.Id}/secrets/api_key", """{"value": "another"}""")).Problem);
    }

    [Fact]
    public async Task Put_FromManyAtOnce_LeavesOneOfThem()
    {
        var made = await CreateAsync(await api.AddTenantAsync(), "openai", new { api_key = Canary });

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(n =>
            api.SendAsync(HttpMethod.Put, $"/api/connector-instances/{made.Id}/secrets/api_key", $$"""{"value": "value-{{n}}"}""")));

        Assert.All(answers, answer => Assert.Contains(answer.Status, new[] { HttpStatusCode.OK, HttpStatusCode.Conflict }));
        Assert.Contains(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(1, await api.Database.AskAsync<long>("SELECT count(*) FROM connector_secrets WHERE connector_id = $1", made.Id));
    }

    [Theory]
    [InlineData("env:PATH")]
    [InlineData("file:/etc/passwd")]
    public async Task Reference_ThatIsNotAllowed_IsRefused(string reference)
    {
        var tenantId = await api.AddTenantAsync();
        var made = await CreateAsync(tenantId, "openai", new { api_key = Canary });

        var created = await api.PostAsync("/api/connector-instances", JsonSerializer.Serialize(new { tenant_id = tenantId, connector_type = "openai", secrets_ref = reference }));
        var patched = await api.PatchAsync($"/api/connector-instances/{made.Id}", JsonSerializer.Serialize(new { secrets_ref = reference }));

        Assert.Equal((HttpStatusCode.BadRequest, "secrets_ref"), (created.Status, Assert.Single(created.Errors).Key));
        Assert.Equal((HttpStatusCode.BadRequest, "secrets_ref"), (patched.Status, Assert.Single(patched.Errors).Key));
    }

    [Fact]
    public async Task Types_AreListedWithTheirSecrets()
    {
        var types = (await api.GetAsync("/api/connector-types")).Json;

        Approved.Equal("ConnectorType", types.EnumerateArray().Single(type => type.GetProperty("type").ValueEquals("smtp")).GetRawText());
        Assert.All(types.EnumerateArray(), type => Assert.Equal("object", type.GetProperty("config_schema").GetProperty("type").GetString()));
    }

    private Task<Answer> CreateAsync(Guid tenantId, string type, object secrets) =>
        api.PostAsync("/api/connector-instances", JsonSerializer.Serialize(new { tenant_id = tenantId, connector_type = type, secrets }));

    private async Task<OpenedSecrets> OpenAsync(Guid id)
    {
        await using var connection = await api.Database.Databases.Main.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return (await api.Host.Get<ConnectorSecretStore>().OpenAsync(connection, id, TestContext.Current.CancellationToken))!; // It can be opened.
    }

    private static IEnumerable<string?> Names(Answer answer) =>
        answer.Json.GetProperty("secrets").EnumerateArray().Select(secret => secret.GetProperty("name").GetString());
}
