using System.Text.Json;
using NextLayer.Contracts.Client;
using NextLayer.Contracts.Runs;

namespace NextLayer.Tests.Contracts.Client;

/// <summary>The README's example of the typed client, word for word; <see cref="ReadmeExampleTests"/> runs it and compares.</summary>
internal static class ReadmeExample
{
    public static async Task<string> RunAsync(Uri controlPlane, Guid tenant, Guid version)
    {
        // <readme>
        using var client = new NextLayerClient(new NextLayerClientOptions { BaseAddress = controlPlane });

        var run = await client.CreateRunAsync(
            new CreateRunRequest
            {
                TenantId = tenant,
                PipelineVersionId = version,
                Parameters = JsonSerializer.SerializeToElement(new { name = "Ada" }),
            },
            idempotencyKey: "greeting-17");

        await foreach (var happened in client.WatchAsync(run.Id))
            Console.WriteLine($"{happened.Seq} {happened.Event} {happened.StepId}");

        var ended = await client.WaitAsync(run.Id);
        return $"{ended.Status} {ended.ErrorMessage}";
        // </readme>
    }
}
