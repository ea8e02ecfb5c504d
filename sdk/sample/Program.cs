// Calls an API as whoever has signed in with the datagen command: sample ADDRESS
using Datagen.Auth;

if (!Uri.TryCreate(args.FirstOrDefault(), UriKind.Absolute, out var address))
{
    Console.Error.WriteLine("usage: sample ADDRESS");
    return 2;
}

var session = Session.Open(Product.Datagen, warn: Console.Error.WriteLine);
try
{
    using var http = new HttpClient(new AuthorizationHandler(session, address));
    Console.WriteLine(await http.GetStringAsync(address));
    return 0;
}
catch (AuthException failure)
{
    Console.Error.WriteLine($"{failure.Message}; {failure.Hint}");
    return 1;
}
catch (HttpRequestException failure)
{
    Console.Error.WriteLine(failure.Message);
    return 1;
}
