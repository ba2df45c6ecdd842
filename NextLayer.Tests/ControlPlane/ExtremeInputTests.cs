using System.Net;
using System.Text.Json;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane;

/// <summary>Questions at the edges of what can be asked: each is answered or refused, never a 500.</summary>
public sealed class ExtremeInputTests(Api api) : IClassFixture<Api>
{
    [Theory]
    [InlineData("/api/v1/audit?from=0001-01-01&to=9999-12-31T23:59:59.9999999Z&limit=200")]
    [InlineData("/api/v1/audit?cursor=ffffffffffffffffffffffffffffffff")]
    [InlineData("/api/v1/members?page=1000000&per_page=100")]
    [InlineData("/api/v1/api-keys?page=1000000&per_page=100")]
    [InlineData("/api/v1/approvals?page=1000000&per_page=100")]
    [InlineData("/api/v1/costs?from=0001-01-01&to=0001-12-31")]
    [InlineData("/api/v1/costs?from=9999-01-01&to=9999-12-31")]
    [InlineData("/api/v1/stats?from=9999-01-01&to=9999-12-31T23:59:59.9999999Z&buckets=200")]
    [InlineData("/api/v1/pipelines/default/runs?start_date=0001-01-01&end_date=9999-12-31&limit=100&offset=1000000")]
    [InlineData("/api/v1/pipelines/default/runs?end_date=9999-12-31T23:59:59.9999999Z")]
    [InlineData("/api/connector-instances?offset=2147483647&limit=100")]
    [InlineData("/api/workers?offset=2147483647&limit=100")]
    public async Task Get_AtTheEdge_IsAnswered(string address) =>
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync(address)).Status);

    [Theory]
    [InlineData("/api/v1/audit?limit=2147483648")]
    [InlineData("/api/v1/members?page=99999999999999999999")]
    [InlineData("/api/v1/api-keys?page=-1")]
    [InlineData("/api/v1/costs?to=10000-01-01")]
    [InlineData("/api/v1/stats?to=0001-01-01")]
    [InlineData("/api/v1/stats?buckets=1e3")]
    [InlineData("/api/v1/pipelines/default/runs?offset=-1")]
    [InlineData("/api/v1/pipelines/default/runs?end_date=9999-13-01")]
    [InlineData("/api/workers?offset=2147483648")]
    public async Task Get_BeyondTheEdge_NamesWhatIsWrong(string address)
    {
        var answer = await api.GetAsync(address);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Single(answer.Errors);
    }

    [Theory]
    [InlineData("/api/v1/api-keys", """{"name": "k", "role": "viewer", "expires_at": "9999-12-31T23:59:59.9999999+00:00"}""", HttpStatusCode.Created)]
    [InlineData("/api/v1/api-keys", """{"name": "k", "role": "viewer", "expires_at": "9999-12-31T23:59:59-14:00"}""", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/api-keys", """{"name": "k", "role": "viewer", "expires_at": "0001-01-01T00:00:00+14:00"}""", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/api-keys", """{"name": "k", "role": "viewer", "scopes": [null]}""", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/api-keys", """{"name": "k", "role": 7}""", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/members", """{"subject": "a\u0000b", "role": "viewer"}""", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/members", """{"subject": "\ud800", "role": "viewer"}""", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/members", """{"subject": ["a"], "role": "viewer"}""", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/pipelines/run/default/gcp/cost/billing", """{"date": "9999-12-31"}""", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/pipelines/run/default/gcp/cost/billing", """{"date": "0001-01-01"}""", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/pipelines/run/default/gcp/cost/billing", """{"connector": "none"}""", HttpStatusCode.BadRequest)]
    public async Task Post_AtTheEdge_IsAnsweredOrRefused(string address, string body, HttpStatusCode expected) =>
        Assert.Equal(expected, (await api.PostAsync(address, body)).Status);

    [Theory]
    [InlineData("name")]
    [InlineData("subject")]
    [InlineData("email")]
    public async Task Post_TextOfAMegabyte_IsRefusedByItsName(string field)
    {
        var texts = new Dictionary<string, string> { ["subject"] = "s", ["role"] = "viewer", [field] = new('x', 900_000) };

        Assert.Equal(field, Assert.Single((await api.PostAsync("/api/v1/members", JsonSerializer.Serialize(texts))).Errors).Key);
    }
}
