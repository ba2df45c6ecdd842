using Microsoft.Extensions.Options;

namespace NextLayer.Worker;

/// <summary>The worker as a program.</summary>
internal static class WorkerProgram
{
    /// <returns>Exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (WorkerHelp.IsAsked(args))
        {
            Console.WriteLine(WorkerHelp.Text);
            return 0;
        }

        try
        {
            await WorkerApp.Create(args).RunAsync();
            return 0;
        }
        catch (OptionsValidationException ex)
        {
            foreach (var failure in ex.Failures)
                Console.Error.WriteLine(failure);
            return 2;
        }
    }
}
