using System.Text.Json;
using NextLayer.Contracts.Access;
using NextLayer.Tests.AppHost;
using NextLayer.Tests.ControlPlane.Access;
using NextLayer.Tests.Support;
using NextLayer.Tests.Worker.Support;

namespace NextLayer.Tests.ControlPlane.Waits;

/// <summary>Two organisations, people who sign in, and a worker that brings runs to their approval.</summary>
internal sealed class LinkStack : IAsyncDisposable
{
    private readonly TestWorker worker;

    private LinkStack(AccessStack access, TestWorker worker)
    {
        Access = access;
        this.worker = worker;
    }

    public AccessStack Access { get; }

    public TestDatabase Database => Access.Database;

    /// <summary>Administers our organisation; a key.</summary>
    public string Admin => Access.Ours.Keys[Role.Admin];

    public static async Task<LinkStack> StartAsync(Servers servers)
    {
        var access = await AccessStack.StartAsync(servers);
        return new LinkStack(access, await TestWorker.StartAsync(access.Host.Address, [("CP_API_KEY", access.WorkerKey)]))
        {
            Inviter = await access.AddKeyAsync(access.Ours.Tenant, Role.Admin, ["approvals.decide", "approvals.invite"]),
        };
    }

    /// <summary>A key of ours that may invite, and can be revoked.</summary>
    public string Inviter { get; private set; } = ""; // Set by StartAsync.

    /// <summary>Makes somebody a member of ours.</summary>
    /// <param name="email">Their address; <c>subject@example.test</c> when null.</param>
    /// <returns>The token they sign in with, which says <c>subject@example.test</c>.</returns>
    public async Task<(string Token, Guid MemberId)> AddMemberAsync(string subject, string role, string? email = null)
    {
        var added = await Access.PostAsync(Admin, "/api/v1/members", JsonSerializer.Serialize(new { subject, role, email = email ?? $"{subject}@example.test" }));
        return (Tokens.Hs256(Tokens.Claims(subject, TimeProvider.System.GetUtcNow())), added.Id);
    }

    /// <summary>Starts a run of one approval and waits until it asks.</summary>
    /// <param name="config">Of the step.</param>
    /// <param name="by">Whose credential starts it; the operators' key when null.</param>
    public async Task<Guid> AskAsync(string config = "{}", string? by = null)
    {
        var ours = Access.Ours;
        var version = (await Access.PostAsync(
            Admin,
            "/api/pipeline-versions",
            JsonSerializer.Serialize(new
            {
                tenant_id = ours.Tenant,
                pipeline_id = ours.Pipeline,
                version = $"{Guid.NewGuid()}",
                dag_spec = new { steps = new[] { new { id = "ask", type = "wait_for_approval", config = JsonElement.Parse(config) } } },
            }))).Id;
        await Access.PostAsync(Admin, $"/api/pipeline-versions/{version}/status", """{"status": "APPROVED"}""");
        var run = (await Access.PostAsync(by ?? ours.Keys[Role.Operator], "/api/runs", JsonSerializer.Serialize(new { tenant_id = ours.Tenant, pipeline_version_id = version }))).Id;
        await UntilAsync(run, "PAUSED");
        return run;
    }

    public async Task UntilAsync(Guid runId, string status) =>
        await Eventually.GetAsync(
            async () => await Database.AskAsync<string>("SELECT status FROM pipeline_runs WHERE id = $1", runId) == status ? "there" : null,
            $"the run is {status}");

    public Task<Answer> MakeAsync(string key, Guid runId, object? more = null) =>
        Access.PostAsync(key, $"/api/v1/runs/{runId}/approval-links", JsonSerializer.Serialize(more ?? new { step_id = "ask" }), ("X-Tenant-Id", $"{Access.Ours.Tenant}"));

    /// <param name="by">Whose credential invites; the administrators' key when null.</param>
    public async Task<string> InviteAsync(Guid runId, string approver, string? by = null) =>
        (await MakeAsync(by ?? Admin, runId, new { step_id = "ask", approver })).Json.GetProperty("token").GetString()!;

    public Task ChangeMemberAsync(Guid memberId, HttpMethod method, string? json = null) =>
        Access.SendAsync(Admin, method, $"/api/v1/members/{memberId}", json);

    public async Task RevokeInviterAsync()
    {
        var id = await Database.AskAsync<Guid>("SELECT id FROM api_keys WHERE key_id = $1", Inviter.Split('_')[1]);
        await Access.SendAsync(Admin, HttpMethod.Delete, $"/api/v1/api-keys/{id}");
    }

    public Task<Answer> OpenAsync(string token) =>
        Access.PostAsync(null, "/api/v1/approval-links/open", JsonSerializer.Serialize(new { token }));

    public Task<Answer> DecideAsync(string token, object? data = null) =>
        Access.PostAsync(null, "/api/v1/approval-links/decide", JsonSerializer.Serialize(new { token, data }));

    public Task<Answer> ResumeAsync(string key, Guid runId) =>
        Access.PostAsync(key, $"/api/v1/runs/{runId}/resume", """{"step_id": "ask"}""");

    public async ValueTask DisposeAsync()
    {
        await worker.DisposeAsync();
        await Access.DisposeAsync();
    }
}
