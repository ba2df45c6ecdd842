using Microsoft.Extensions.Options;
using NextLayer.Worker;

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
