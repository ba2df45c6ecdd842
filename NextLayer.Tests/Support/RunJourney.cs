using System.Net.Http.Json;
using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Runs;
using NextLayer.Tests.AppHost;
using NextLayer.Tests.ControlPlane.Runs;

namespace NextLayer.Tests.Support;

/// <summary>Starts runs over the API and follows them; for tests with a control plane and a worker. Use it statically.</summary>
internal static class RunJourney
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<Guid> StartAsync(ControlPlaneHost controlPlane, TestQueue queue, Guid versionId, string parameters = "{}")
    {
        var request = new CreateRunRequest
        {
            TenantId = queue.TenantId,
            PipelineVersionId = versionId,
            Parameters = JsonDocument.Parse(parameters).RootElement,
        };
        using var answer = await controlPlane.Http.PostAsJsonAsync("/api/runs", request, NextLayerJson.Options, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
        return (await answer.Content.ReadFromJsonAsync<RunCreated>(NextLayerJson.Options, Ct))!.Id; // It succeeded.
    }

    public static async Task<Run> UntilAsync(ControlPlaneHost controlPlane, Guid id, RunStatus status)
    {
        return await Eventually.GetAsync(
            async () =>
            {
                var run = (await controlPlane.Http.GetFromJsonAsync<RunFound>($"/api/runs/{id}", NextLayerJson.Options, Ct))!.Run; // Never null for a run that exists.
                if (run.Status == status)
                    return run;
                Assert.False(run.Status is RunStatus.Succeeded or RunStatus.Failed or RunStatus.Cancelled, $"The run is {run.Status}: {run.ErrorMessage}");
                return null;
            },
            $"the run came to {status}");
    }

    public static async Task<Guid> AddVersionAsync(TestQueue queue, string definition, string version = "v2", int number = 2)
    {
        var id = Guid.CreateVersion7();
        await queue.Database.ExecuteAsync(
            """
            INSERT INTO pipeline_versions (id, tenant_id, pipeline_id, version, version_number, status, definition, frozen_at)
            SELECT $1, tenant_id, pipeline_id, $4, $5, 'APPROVED', $2::json, now() FROM pipeline_versions WHERE id = $3
            """,
            id, definition, queue.VersionId, version, number);
        return id;
    }

    public static async Task<string> OutputAsync(TestQueue queue, Guid id, string stepId) =>
        await queue.Database.AskAsync<string>(
            "SELECT output::text FROM step_runs WHERE run_id = $1 AND step_id = $2 AND status = 'completed'", id, stepId) ?? "";

    public static Task<string?> StepStatusAsync(TestQueue queue, Guid id, string stepId) =>
        queue.Database.AskAsync<string>(
            "SELECT status FROM step_runs WHERE run_id = $1 AND step_id = $2 ORDER BY attempt DESC LIMIT 1", id, stepId);
}
