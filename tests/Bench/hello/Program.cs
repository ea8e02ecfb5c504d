Console.WriteLine("datagen 1.0.0");
