using System.Net;
using NextLayer.Worker.Platform;

namespace NextLayer.Worker.Steps.Http;

/// <summary>The HTTP client of all steps. It follows no redirect by itself and keeps no cookie.</summary>
internal sealed class GuardedHttp : IDisposable
{
    public GuardedHttp(GuardedConnector connector)
    {
        Client = new HttpClient(new StepTracing(new SocketsHttpHandler
        {
            ConnectCallback = connector.ConnectAsync,
            AllowAutoRedirect = false,
            UseCookies = false,
            // A proxy would connect for us, to addresses nobody checked.
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ActivityHeadersPropagator = null, // StepTracing makes the spans.
        }))
        {
            Timeout = Timeout.InfiniteTimeSpan, // Steps have their own.
        };
        Client.DefaultRequestHeaders.UserAgent.ParseAdd($"NextLayer/{WorkerVersion.Text}");
    }

    public HttpClient Client { get; }

    public void Dispose() => Client.Dispose();
}
