using Microsoft.Extensions.Options;

namespace NextLayer.Worker.Platform;

/// <summary>Rules between settings, and those that need more than a range.</summary>
internal sealed class WorkerOptionsCheck(IConfiguration configuration) : IValidateOptions<WorkerOptions>
{
    public ValidateOptionsResult Validate(string? name, WorkerOptions options)
    {
        var failures = new List<string>();
        if (options.HeartbeatSeconds * 2 >= options.LeaseSeconds)
            failures.Add("HEARTBEAT_SECONDS must be under half of LEASE_SECONDS.");
        if (!string.IsNullOrEmpty(options.DashboardUrl) && options.Dashboard is null)
            failures.Add($"DASHBOARD_URL must be an http or https address, not '{options.DashboardUrl}'.");
        try
        {
            if (ControlPlaneAddresses.Read(options, configuration).Count == 0)
                failures.Add("CP_BASE holds no address.");
        }
        catch (InvalidOperationException ex)
        {
            failures.Add(ex.Message);
        }

        try
        {
            AllowedHosts.From(configuration);
        }
        catch (FormatException ex)
        {
            failures.Add(ex.Message);
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
