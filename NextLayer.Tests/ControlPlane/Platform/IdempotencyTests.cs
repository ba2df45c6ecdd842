using System.Net;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Platform;

public sealed class IdempotencyTests(Api api) : IClassFixture<Api>
{
    [Theory]
    [InlineData("Idempotency-Key", "X-Idempotency-Key")]
    [InlineData("X-Idempotency-Key", "X-Idempotency-Key")]
    public async Task Create_SameKeyAndBody_GivesTheFirstAnswer(string first, string second)
    {
        var key = Guid.NewGuid().ToString();
        var one = await api.PostAsync("/api/tenants", """{"name": "Once"}""", (first, key));

        var two = await api.PostAsync("/api/tenants", """{"name": "Once"}""", (second, key));

        Assert.Equal((HttpStatusCode.OK, one.Text), (two.Status, two.Text));
    }

    [Fact]
    public async Task Create_SameKeyOtherBody_Is422()
    {
        var key = Guid.NewGuid().ToString();
        await api.PostAsync("/api/tenants", """{"name": "One"}""", ("Idempotency-Key", key));

        var answer = await api.PostAsync("/api/tenants", """{"name": "Two"}""", ("Idempotency-Key", key));

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "idempotency_key_reused"), (answer.Status, answer.Problem));
    }

    [Fact]
    public async Task Create_RefusedFirst_LeavesTheKeyFree()
    {
        var key = Guid.NewGuid().ToString();
        var refused = await api.PostAsync("/api/tenants", """{"name": "Lost", "timezone": "Mars/Olympus"}""", ("Idempotency-Key", key));

        var answer = await api.PostAsync("/api/tenants", """{"name": "Found"}""", ("Idempotency-Key", key));

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.OK), (refused.Status, answer.Status));
    }

    [Fact]
    public async Task Create_ManyAtOnceWithOneKey_MakesOne()
    {
        var key = Guid.NewGuid().ToString();
        var name = $"Race {key}";

        var answers = await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(_ => api.PostAsync("/api/tenants", $$"""{"name": "{{name}}"}""", ("Idempotency-Key", key))));

        Assert.Single(answers.Select(answer => answer.Text).Distinct());
        Assert.Equal(1, await api.Database.AskAsync<long>("SELECT count(*) FROM tenants WHERE name = $1", name));
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("")]
    public async Task Create_KeyThatIsNone_Is400(string key)
    {
        var answer = await api.PostAsync("/api/tenants", """{"name": "x"}""", ("Idempotency-Key", key));

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_idempotency_key"), (answer.Status, answer.Problem));
    }

    [Fact]
    public async Task Create_TwoDifferentKeys_Is400()
    {
        var answer = await api.PostAsync("/api/tenants", """{"name": "x"}""", ("Idempotency-Key", "a"), ("X-Idempotency-Key", "b"));

        Assert.Equal("invalid_idempotency_key", answer.Problem);
    }
}
