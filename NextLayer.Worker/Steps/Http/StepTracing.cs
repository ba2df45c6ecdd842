using System.Diagnostics;
using NextLayer.Worker.Platform;

namespace NextLayer.Worker.Steps.Http;

/// <summary>
/// The span of one call of a step. The framework's own would hold the address, whose path may be a secret as with many
/// webhooks; this one tells method, host and status, and hands the trace on in the same way.
/// </summary>
internal sealed class StepTracing(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var activity = Telemetry.StartCall(request);
        DistributedContextPropagator.Current.Inject(Activity.Current, request, static (carrier, name, value) =>
        {
            var headers = ((HttpRequestMessage)carrier!).Headers; // What was handed over.
            if (!headers.Contains(name)) // The step's author may have set it.
                headers.TryAddWithoutValidation(name, value);
        });
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            Telemetry.EndCall(activity, (int)response.StatusCode);
            return response;
        }
        catch (Exception ex)
        {
            activity?.SetTag("error.type", ex.GetType().FullName);
            activity?.SetStatus(ActivityStatusCode.Error);
            throw;
        }
    }
}
