using System.Net;
using NextLayer.Contracts.Access;
using NextLayer.Tests.Support;

namespace NextLayer.Tests.ControlPlane.Access;

public sealed class MemberTests(Servers servers)
{
    private const string Members = "/api/v1/members";

    [Fact]
    public async Task Member_AddedChangedAndRemoved_MayAndMayNotAtOnce()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        var admin = stack.Ours.Keys[Role.Admin];
        var token = Tokens.Hs256(Tokens.Claims("ada", TimeProvider.System.GetUtcNow()));
        Assert.Equal(HttpStatusCode.Forbidden, (await stack.GetAsync(token, "/api/runs")).Status);

        var added = await stack.PostAsync(admin, Members, """{"subject": "ada", "name": "Ada", "email": "ada@example.test", "role": "viewer"}""");
        Assert.Equal(HttpStatusCode.Created, added.Status);
        Approved.Equal("Member", System.Text.RegularExpressions.Regex.Replace(added.Text, "key:[a-z0-9]+", "key:<key_id>"));
        Assert.Equal(HttpStatusCode.OK, (await stack.GetAsync(token, $"/api/runs/{stack.Ours.Run}")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await stack.PostAsync(token, $"/api/runs/{stack.Ours.Run}/cancel")).Status);

        await stack.SendAsync(admin, HttpMethod.Patch, $"{Members}/{added.Id}", """{"role": "operator"}""");
        Assert.Equal(HttpStatusCode.OK, (await stack.PostAsync(token, $"/api/runs/{stack.Ours.Run}/cancel")).Status);

        Assert.Equal(HttpStatusCode.NoContent, (await stack.SendAsync(admin, HttpMethod.Delete, $"{Members}/{added.Id}")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await stack.GetAsync(token, "/api/runs")).Status);
        Assert.Equal((HttpStatusCode.NotFound, "member_not_found"), await ProblemAsync(stack.SendAsync(admin, HttpMethod.Delete, $"{Members}/{added.Id}")));
    }

    [Fact]
    public async Task Add_WhoIsAMemberAlready_Is409()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        var admin = stack.Ours.Keys[Role.Admin];
        await stack.PostAsync(admin, Members, """{"subject": "ada", "role": "viewer"}""");

        Assert.Equal((HttpStatusCode.Conflict, "already_member"), await ProblemAsync(stack.PostAsync(admin, Members, """{"subject": "ada", "role": "admin"}""")));
        Assert.Equal(HttpStatusCode.Created, (await stack.PostAsync(stack.Theirs.Keys[Role.Admin], Members, """{"subject": "ada", "role": "admin"}""")).Status);
    }

    [Fact]
    public async Task LastAdministrator_CannotBeRemovedDemotedOrRevoked()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        var admin = stack.Ours.Keys[Role.Admin];
        var members = (await stack.GetAsync(admin, Members)).Json.EnumerateArray().ToList();
        var key = members.Single(member => member.Text("role") == "admin");
        var keyRow = (await stack.GetAsync(admin, "/api/v1/api-keys")).Json.EnumerateArray().Single(row => row.Text("role") == "admin");

        Assert.Equal((HttpStatusCode.Conflict, "last_admin"), await ProblemAsync(stack.SendAsync(admin, HttpMethod.Patch, $"{Members}/{key.Text("id")}", """{"role": "viewer"}""")));
        Assert.Equal((HttpStatusCode.Conflict, "last_admin"), await ProblemAsync(stack.SendAsync(admin, HttpMethod.Delete, $"/api/v1/api-keys/{keyRow.Text("id")}")));
        Assert.Equal((HttpStatusCode.Conflict, "is_api_key"), await ProblemAsync(stack.SendAsync(admin, HttpMethod.Delete, $"{Members}/{key.Text("id")}")));
    }

    [Fact]
    public async Task TwoAdministrators_WhoRemoveEachOtherAtOnce_LeaveOne()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        for (var round = 0; round < 5; round++)
        {
            var tenant = (await stack.PostAsync(stack.AdminKey, "/api/tenants", $$"""{"name": "Round {{round}}"}""")).Id;
            var header = ("X-Tenant-Id", tenant.ToString());
            var ada = (await stack.PostAsync(stack.AdminKey, Members, """{"subject": "ada", "role": "admin"}""", header)).Id;
            var grace = (await stack.PostAsync(stack.AdminKey, Members, """{"subject": "grace", "role": "admin"}""", header)).Id;

            var answers = await Task.WhenAll(
                stack.SendAsync(stack.AdminKey, HttpMethod.Delete, $"{Members}/{ada}", null, header),
                stack.SendAsync(stack.AdminKey, HttpMethod.Delete, $"{Members}/{grace}", null, header));

            Assert.Equal([HttpStatusCode.NoContent, HttpStatusCode.Conflict], answers.Select(answer => answer.Status).Order());
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("?scope=platform")]
    public async Task Remove_FromManyAtOnce_RemovesOnceAndIsNotFoundAfter(string scope)
    {
        await using var stack = await AccessStack.StartAsync(servers);
        for (var round = 0; round < 3; round++)
        {
            var member = (await stack.PostAsync(stack.AdminKey, $"{Members}{scope}", $$"""{"subject": "ada-{{round}}", "role": "viewer"}""", ("X-Tenant-Id", stack.Ours.Tenant.ToString()))).Id;

            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ =>
                stack.SendAsync(stack.AdminKey, HttpMethod.Delete, $"{Members}/{member}{scope}", null, ("X-Tenant-Id", stack.Ours.Tenant.ToString()))));

            Assert.Equal(1, answers.Count(answer => answer.Status == HttpStatusCode.NoContent));
            Assert.Equal(5, answers.Count(answer => answer.Status == HttpStatusCode.NotFound));
        }
    }

    [Fact]
    public async Task NarrowedKey_GivesNobodyARightItDoesNotHave()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        var narrow = await stack.AddKeyAsync(stack.Ours.Tenant, Role.Admin, ["members.manage", "runs.read"]);
        var member = (await stack.PostAsync(stack.Ours.Keys[Role.Admin], Members, """{"subject": "ada", "role": "viewer"}""")).Id;

        var added = await stack.PostAsync(narrow, Members, """{"subject": "mallory", "role": "admin"}""");
        var changed = await stack.SendAsync(narrow, HttpMethod.Patch, $"{Members}/{member}", """{"role": "admin"}""");

        Assert.Equal((HttpStatusCode.Forbidden, "forbidden"), (added.Status, added.Problem));
        Assert.Equal((HttpStatusCode.Forbidden, "forbidden"), (changed.Status, changed.Problem));
        Assert.Equal(0L, await stack.Database.AskAsync<long>("SELECT count(*) FROM memberships WHERE subject = 'mallory' OR (subject = 'ada' AND role <> 'viewer')"));
        Assert.Equal(HttpStatusCode.NoContent, (await stack.SendAsync(narrow, HttpMethod.Delete, $"{Members}/{member}")).Status);
    }

    [Fact]
    public async Task PlatformMembers_AreManagedByThePlatformsAdministratorsAlone()
    {
        await using var stack = await AccessStack.StartAsync(servers);
        const string Body = """{"subject": "ops", "role": "operator"}""";

        Assert.Equal(HttpStatusCode.Forbidden, (await stack.PostAsync(stack.Ours.Keys[Role.Admin], $"{Members}?scope=platform", Body)).Status);
        Assert.Equal(HttpStatusCode.Created, (await stack.PostAsync(stack.AdminKey, $"{Members}?scope=platform", Body)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await stack.PostAsync(stack.AdminKey, $"{Members}?scope=everything", Body)).Status);
        var token = Tokens.Hs256(Tokens.Claims("ops", TimeProvider.System.GetUtcNow()));
        Assert.Equal(HttpStatusCode.OK, (await stack.GetAsync(token, $"/api/runs/{stack.Theirs.Run}")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await stack.PostAsync(token, "/api/tenants", """{"name": "x"}""")).Status);
    }

    private static async Task<(HttpStatusCode, string?)> ProblemAsync(Task<Answer> answer) => ((await answer).Status, (await answer).Problem);
}
