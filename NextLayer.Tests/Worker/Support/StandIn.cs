using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace NextLayer.Tests.Worker.Support;

/// <summary>Some other system, on a loopback port: answers as a test says and keeps what it was asked.</summary>
internal sealed class StandIn : IAsyncDisposable
{
    private readonly WebApplication app;

    private StandIn(WebApplication app) => this.app = app;

    public Uri Address => new(app.Urls.First());

    public int Port => Address.Port;

    public ConcurrentQueue<Asked> Requests { get; } = new();

    /// <param name="answer">Answers every request.</param>
    public static async Task<StandIn> StartAsync(Func<HttpContext, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var standIn = new StandIn(app);
        app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            standIn.Requests.Enqueue(new Asked(
                context.Request.Method,
                context.Request.Path + context.Request.QueryString,
                context.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString()),
                await reader.ReadToEndAsync()));
            await answer(context);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return standIn;
    }

    public Uri Url(string path) => new(Address, path);

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
    }

    internal sealed record Asked(string Method, string PathAndQuery, IReadOnlyDictionary<string, string> Headers, string Body);
}
